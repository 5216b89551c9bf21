/** What an idle Airflow of ours takes, in bytes: docs/decisions/airflow-native.md has how it was measured. */
export const airflowMemory = 0.7 * 1024 ** 3;
