/** The partition that every Kafka client with the Java default gives a key: murmur2 of its UTF-8 bytes. */
export function partitionOf(key: string, partitions: number): number {
  const length = scratch.write(key, 0, 'utf8');
  const hash =
    length > scratch.length - 3
      ? murmur2(Buffer.from(key), Buffer.byteLength(key))
      : murmur2(scratch, length);
  return (hash & 0x7fffffff) % partitions;
}

/** Keys are ids of 36 characters; only a longer one costs an allocation. */
const scratch = Buffer.alloc(256);

/** As in org.apache.kafka.common.utils.Utils. */
function murmur2(bytes: Uint8Array, length: number): number {
  const m = 0x5bd1e995;
  let hash = 0x9747b28c ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    let k =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    k = Math.imul(k, m);
    k = Math.imul(k ^ (k >>> 24), m);
    hash = Math.imul(hash, m) ^ k;
  }
  const rest = length - at;
  if (rest === 3) hash ^= (bytes[at + 2] as number) << 16;
  if (rest >= 2) hash ^= (bytes[at + 1] as number) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ (bytes[at] as number), m);
  hash = Math.imul(hash ^ (hash >>> 13), m);
  return hash ^ (hash >>> 15);
}
