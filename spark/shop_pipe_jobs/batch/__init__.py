"""The daily batch: shop -> curated by write, audit, publish. `run.py` tells the story."""
