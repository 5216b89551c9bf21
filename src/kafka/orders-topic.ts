/** Order events, keyed by order_id. In a file of its own, since `topics.ts` loads kafkajs. */
export const ordersTopic = 'shop.orders';
