"""How models, policy and officers treat groups: reports of each stage and month."""
