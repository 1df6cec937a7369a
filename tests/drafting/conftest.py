import pytest

from scoring.drafting import Wishes, draft


@pytest.fixture
def drafted(tmp_path):
    def of(frame, *, name="loans.csv", separator=",", **wishes):
        file = tmp_path / name
        frame.write_csv(file, separator=separator)
        return file, draft(file, wishes=Wishes(**{"outcome": "bad", **wishes}))

    return of
