"""The Spark jobs of shop-pipe."""
