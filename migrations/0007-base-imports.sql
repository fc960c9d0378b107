create type "import_target" as enum ('ADAPTER', 'BASE_MODEL');
alter table "import_run" add "target" "import_target" not null default 'ADAPTER';
