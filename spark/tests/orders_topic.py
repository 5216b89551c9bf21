"""A topic of one test in a real broker, and what is sent to it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from conftest import wait_until
from pyspark import SparkContext
from pyspark.sql import SparkSession

Message = tuple[int, bytes | None]

CREATED_AT = "2020-01-01T00:00:00.000Z"


class OrdersTopic:
    def __init__(self, spark: SparkSession, brokers: list[str], name: str, *, partitions: int = 2) -> None:
        assert spark._jvm is not None
        self._jvm: Any = spark._jvm
        self.name = name
        self.brokers = ",".join(brokers)
        self._admin = self._jvm.org.apache.kafka.clients.admin.AdminClient.create({"bootstrap.servers": self.brokers})
        self.create(partitions)

    def create(self, partitions: int) -> None:
        optional = self._jvm.java.util.Optional
        topic = self._jvm.org.apache.kafka.clients.admin.NewTopic(self.name, optional.of(partitions), optional.empty())
        self._admin.createTopics([topic]).all().get()
        # A producer of its own: one that knew another topic of the name goes on sending to that for two minutes.
        self._producer = self._new_producer()

    def delete(self) -> None:
        self._producer.close()
        self._admin.deleteTopics([self.name]).all().get()

    def grow(self, partitions: int) -> None:
        more = self._jvm.org.apache.kafka.clients.admin.NewPartitions.increaseTo(partitions)
        self._admin.createPartitions({self.name: more}).all().get()

    def delete_records(self, before: Mapping[int, int]) -> None:
        wanted = self._jvm.java.util.HashMap()
        for partition, offset in before.items():
            wanted.put(self._partition(partition), self._up_to(offset))
        self._admin.deleteRecords(wanted).all().get()

    def send(self, messages: Iterable[Message]) -> int:
        """Returns once all are acknowledged: how many."""
        return self._send(self._producer, messages)

    @contextmanager
    def transaction(self, messages: Iterable[Message], *, commit: bool) -> Iterator[int]:
        """Writes them in a transaction that stays open for the block: how many."""
        producer = self._new_producer({"transactional.id": f"{self.name}.{uuid.uuid4()}"})
        producer.initTransactions()
        producer.beginTransaction()
        yield self._send(producer, messages)
        if commit:
            producer.commitTransaction()
        else:
            producer.abortTransaction()
        producer.close()
        # The mark that ends it is written a little after its end is acknowledged.
        wait_until(lambda: self._ends(committed=True) == self._ends(committed=False), what="the end of a transaction")

    def close(self) -> None:
        self._admin.close()

    def _ends(self, *, committed: bool) -> list[int]:
        """Next offset by partition, of what is committed or of all."""
        kafka = self._jvm.org.apache.kafka
        level = kafka.common.IsolationLevel.valueOf("READ_COMMITTED" if committed else "READ_UNCOMMITTED")
        described = self._admin.describeTopics([self.name]).allTopicNames().get()[self.name]
        wanted = self._jvm.java.util.HashMap()
        for partition in range(described.partitions().size()):
            wanted.put(self._partition(partition), kafka.clients.admin.OffsetSpec.latest())
        found = self._admin.listOffsets(wanted, kafka.clients.admin.ListOffsetsOptions(level)).all().get()
        return [found[self._partition(partition)].offset() for partition in range(described.partitions().size())]

    def _new_producer(self, properties: Mapping[str, str] | None = None) -> Any:
        serializer = "org.apache.kafka.common.serialization.ByteArraySerializer"
        settings = {"bootstrap.servers": self.brokers, "key.serializer": serializer, "value.serializer": serializer}
        return self._jvm.org.apache.kafka.clients.producer.KafkaProducer({**settings, **(properties or {})})

    def _send(self, producer: Any, messages: Iterable[Message]) -> int:
        record = self._jvm.org.apache.kafka.clients.producer.ProducerRecord
        sent = [producer.send(record(self.name, partition, None, value)) for partition, value in messages]
        producer.flush()
        for acknowledged in sent:
            acknowledged.get()
        return len(sent)

    def _up_to(self, offset: int) -> Any:
        """RecordsToDelete.beforeOffset(offset): py4j does not find it, since a getter has the same name."""
        gateway = SparkContext._gateway
        assert gateway is not None
        arguments = gateway.new_array(self._jvm.Object, 1)
        arguments[0] = offset
        loader = self._jvm.java.lang.Thread.currentThread().getContextClassLoader()
        records = loader.loadClass("org.apache.kafka.clients.admin.RecordsToDelete")
        methods = self._jvm.org.apache.commons.lang3.reflect.MethodUtils
        return methods.invokeStaticMethod(records, "beforeOffset", arguments)

    def _partition(self, number: int) -> Any:
        return self._jvm.org.apache.kafka.common.TopicPartition(self.name, number)


def event(order: uuid.UUID, number: int, product: uuid.UUID, **changes: Any) -> bytes:
    """A valid event of an order of one line, of version `number`, but for the `changes`."""
    status = ("created", "approved", "shipped", "delivered")[min(number, 4) - 1]
    document = {
        "event_id": str(uuid.uuid5(order, str(number))),
        "event_type": f"order_{status}",
        "version": number,
        "event_time": f"2026-05-01T{number:02}:00:00.000Z",
        "status": status,
        "order_id": str(order),
        "order_timestamp": "2026-05-01T00:00:00.000Z",
        "customer": {
            "id": str(uuid.uuid5(order, "customer")),
            "name": "Ana “ü”",
            "email": "ana@example.com",
            "created_at": CREATED_AT,
        },
        "lines": [{"product_id": str(product), "quantity": 2, "price": "10.50"}],
    }
    return json.dumps({**document, **changes}).encode()
