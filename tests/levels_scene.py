"""What the worker finds of a service that keeps its promises."""

LEVELS = {
    "objectives": [
        {
            "name": "decisions_answered",
            "share": 0.999,
            "within": None,
            "days": 30,
            "since": "2026-10-24T00:00:00+00:00",
            "n": 20_000,
            "bad": 5,
            "allowed": 20.0,
            "left": 0.75,
            "windows": [
                {
                    "hours": 1.0,
                    "minutes": 5.0,
                    "n": 900,
                    "bad": 0,
                    "rate": 0.0,
                    "short_rate": 0.0,
                    "fastest": 14.4,
                    "burns": False,
                }
            ],
        }
    ],
    "queues": [
        {
            "name": "applications",
            "now": 3.0,
            "days": 20,
            "middle": 4.0,
            "bound": 12.0,
            "grows": False,
        }
    ],
}
