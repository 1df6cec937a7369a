"""Whether applicants have changed: fixed cells that add up over days, and tests that know n."""
