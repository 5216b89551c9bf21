/** The stream of order events: its row in ops.streams, and what it is called wherever services are named. */
export const ordersStream = 'orders';
export const streamService = 'stream';
