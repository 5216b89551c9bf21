"""The stream: Kafka -> shop.orders, exactly once. `driver.py` tells the story."""
