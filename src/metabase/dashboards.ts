/** A dashboard as data. Its cards are questions, placed on Metabase's grid of 24 columns. */
export interface Dashboard {
  /** What it is found again by; never changed. */
  key: string;
  name: string;
  description: string;
  filters: readonly Filter[];
  cards: readonly Place[];
  /** Seconds between two looks at it; Metabase keeps that in the address only. */
  refreshSeconds: number | null;
}

/** A widget above the cards; it works on each card whose question has the parameter. */
export interface Filter {
  parameter: string;
  name: string;
  type: 'date/single' | 'string/=';
  /** Question and column whose values are offered; without them they are typed. */
  values?: { question: string; column: string };
}

export interface Place {
  question: string;
  row: number;
  col: number;
  width: number;
  height: number;
}

export const gridColumns = 24;

export const collection = {
  key: 'shop',
  name: 'Shop',
  description:
    'Figures of the shop. What shop-pipe keeps in here is put back by its next provisioning when somebody changes it; copy a card to make it your own.',
} as const;

export const dashboards: readonly Dashboard[] = [
  {
    key: 'sales',
    name: 'Sales',
    description:
      'Daily figures as the batch published them: the last 30 days that have orders, unless dates are chosen.',
    filters: [
      { parameter: 'from', name: 'From', type: 'date/single' },
      { parameter: 'to', name: 'To', type: 'date/single' },
      {
        parameter: 'category',
        name: 'Category',
        type: 'string/=',
        values: { question: 'orders-per-category', column: 'category' },
      },
    ],
    cards: [
      { question: 'daily-revenue', row: 0, col: 0, width: 14, height: 7 },
      { question: 'orders-per-category', row: 0, col: 14, width: 10, height: 14 },
      { question: 'sales-week-before', row: 7, col: 0, width: 14, height: 7 },
      { question: 'top-products', row: 14, col: 0, width: 24, height: 8 },
    ],
    refreshSeconds: null,
  },
  {
    key: 'live',
    name: 'Live',
    description: 'Figures of this moment, kept by the stream as orders arrive; looks again every minute.',
    filters: [],
    cards: [
      { question: 'orders-per-hour', row: 0, col: 0, width: 14, height: 7 },
      { question: 'cancellations', row: 0, col: 14, width: 10, height: 7 },
      { question: 'recent-orders', row: 7, col: 0, width: 14, height: 10 },
      { question: 'top-products-today', row: 7, col: 14, width: 10, height: 10 },
      { question: 'revenue-today', row: 17, col: 0, width: 14, height: 8 },
      { question: 'categories-today', row: 17, col: 14, width: 10, height: 8 },
    ],
    refreshSeconds: 60,
  },
];

/** Where a person finds it. */
export const dashboardUrl = (url: string, id: number, { refreshSeconds }: Dashboard): string =>
  `${url}/dashboard/${id}${refreshSeconds === null ? '' : `#refresh=${refreshSeconds}`}`;
