create type "adapter_form" as enum ('WEIGHTS', 'TANGENT');
alter table "adapter" add "form" "adapter_form" not null default 'WEIGHTS';
