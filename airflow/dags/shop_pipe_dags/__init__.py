"""Parts of the DAGs of shop-pipe (operator, business day, what documents mean), of use to DAGs of one's own as well."""
