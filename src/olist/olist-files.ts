/** The files of the Kaggle archive that a seed needs, and the columns it reads; other files and columns may be there. */
export const olistFiles = {
  'olist_customers_dataset.csv': ['customer_id', 'customer_unique_id'],
  'olist_orders_dataset.csv': ['order_id', 'customer_id', 'order_status', 'order_purchase_timestamp'],
  'olist_order_items_dataset.csv': ['order_id', 'order_item_id', 'product_id', 'price'],
  'olist_products_dataset.csv': ['product_id', 'product_category_name'],
  'product_category_name_translation.csv': ['product_category_name', 'product_category_name_english'],
} as const satisfies Record<string, readonly string[]>;

export type OlistFileName = keyof typeof olistFiles;
export const olistFileNames = Object.keys(olistFiles) as OlistFileName[];

/** A file that can be read any number of times, also several at once. */
export interface CsvFile {
  name: OlistFileName;
  /** Size of the contents, not of their compressed form. */
  bytes: number;
  read: () => AsyncIterable<Buffer>;
}

/** The five files in a folder or a zip. */
export interface OlistFiles {
  files: readonly CsvFile[];
  close: () => Promise<void>;
}

/** Staging table of a file: its name without the suffix. */
export const stageTableOf = (name: OlistFileName): string => name.replace(/\.csv$/, '');

export const isOlistFileName = (name: string): name is OlistFileName => Object.hasOwn(olistFiles, name);
