-- Customers and products say in which transaction they last changed, so that a daily run copies only new attributes to the dimensions.

-- migrate:up
alter table shop.customers add column changed_xid xid8 not null default pg_current_xact_id();
alter table shop.products add column changed_xid xid8 not null default pg_current_xact_id();

create function shop.stamp_change() returns trigger
language plpgsql
as $$
begin
  new.changed_xid := pg_current_xact_id();
  return new;
end
$$;

create trigger stamp_change before update on shop.customers
for each row when (old.* is distinct from new.*) execute function shop.stamp_change();
create trigger stamp_change before update on shop.products
for each row when (old.* is distinct from new.*) execute function shop.stamp_change();

comment on column shop.customers.changed_xid is 'transaction that inserted or last changed the row';
comment on column shop.products.changed_xid is 'transaction that inserted or last changed the row';

-- migrate:down
drop trigger stamp_change on shop.customers;
drop trigger stamp_change on shop.products;
drop function shop.stamp_change;
alter table shop.customers drop column changed_xid;
alter table shop.products drop column changed_xid;
