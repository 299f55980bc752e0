"""A real shop system, django-oscar with its API, filled with the demo shop. It runs in .venv-shop, apart from ours."""
