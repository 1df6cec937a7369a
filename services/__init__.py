"""The product's own PostgreSQL and broker, the supervisor, and what `./run` does.

Standard library only: these modules run before anything is installed, and talk to the product
through `manage.py` and HTTP.
"""
