/**
 * Session advisory lock that a run of the batch holds from its start to its end: the bytes of `shop_etl` as a bigint
 * (spark/shop_pipe_jobs/batch/guard.py).
 */
export const batchLockKey: bigint = Buffer.from('shop_etl', 'latin1').readBigInt64BE();
