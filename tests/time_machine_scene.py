"""The small business loan that ships, with trainings that take seconds."""

from pathlib import Path

FOLDER = Path(__file__).parents[1] / "contracts" / "small-business-loan"
# So that two trainings take seconds; the months of the window stay.
QUICK = {
    "rounds = 300": "rounds = 30",
    "folds = 5": "folds = 2",
    "minimum_bads = 100": "minimum_bads = 30\nbootstrap_models = 0",
    "window_months = 48": "window_months = 2",
}


def contract_file(folder, *, slug="small-business-loan"):
    """Write the contract into a folder, under another slug if that is asked for."""
    text = (FOLDER / "contract.toml").read_text()
    for before, after in QUICK.items():
        assert before in text
        text = text.replace(before, after)
    file = folder / f"{slug}.toml"
    file.write_text(text.replace('slug = "small-business-loan"', f'slug = "{slug}"'))
    return file
