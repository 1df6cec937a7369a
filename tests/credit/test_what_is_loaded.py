"""A process that answers has loaded its pages, and no collection goes over them again."""

import json
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
FEW = 10_000  # of the 200,000 objects of Python, Django, the libraries and the product
BEGIN = """
import gc, json, sys
import credit.wsgi
print(json.dumps({"pages": "frontend.urls" in sys.modules, "left": len(gc.get_objects())}))
"""


def test_a_web_process_has_loaded_every_page_and_leaves_little_to_the_collector():
    begun = subprocess.run(
        [sys.executable, "-c", BEGIN], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )

    told = json.loads(begun.stdout.splitlines()[-1])
    assert told["pages"]
    assert told["left"] < FEW
