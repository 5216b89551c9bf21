/** What is to be said of a topic whose partitions are not those of `.env`; null where they are. */
export function otherPartitions(topic: string, found: number, wanted: number): string | null {
  if (found === wanted) return null;
  return `topic ${topic} has ${found} partitions, KAFKA_TOPIC_PARTITIONS says ${wanted}: it stays as it is, since other partitions would break the order of events per order (set KAFKA_TOPIC_PARTITIONS=${found} in .env, or delete the topic and let shop-pipe up make it anew)`;
}
