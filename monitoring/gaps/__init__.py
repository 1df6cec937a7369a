"""Where gaps between groups come from, how they move, and what another place's law would ask."""
