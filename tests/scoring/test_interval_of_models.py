"""The interval of the bootstrap models' PDs, as stored: the bits that numpy gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import uncertainty

PDS = st.lists(st.floats(0, 1, width=32), min_size=1, max_size=50)


@pytest.mark.parametrize("percent", [uncertainty.LOW, uncertainty.HIGH])
@settings(deadline=None)
@given(pds=PDS)
def test_it_is_numpy_s_to_the_bit(pds, percent):
    given_pds = np.array(pds, dtype=np.float32)

    found = uncertainty._percentile(np.sort(given_pds), percent)

    assert found == float(np.percentile(given_pds, [percent])[0])
