create type "statistics_kind" as enum ('GRAM', 'FISHER');
create table "statistics_run" ("id" uuid not null, "created_at" timestamptz(3) not null, "state" "run_state" not null default 'QUEUED', "attempt" int not null default 0, "crashes" int not null default 0, "worker" int null, "queue_job" uuid null, "cancel_requested_at" timestamptz(3) null, "progress" jsonb null, "problem" jsonb null, "backend" jsonb null, "timings" jsonb not null, "peak_memory_bytes" double precision null, "started_at" timestamptz(3) null, "finished_at" timestamptz(3) null, "log" jsonb not null, "adapter_id" uuid not null, "task_id" uuid not null, "kind" "statistics_kind" not null, "split" "split" not null, "examples" int not null, "seed" int not null, "digest" text null, "size_bytes" double precision null, primary key ("id"));
create index "statistics_run_state_index" on "statistics_run" ("state");
create index "statistics_run_adapter_id_index" on "statistics_run" ("adapter_id");
create index "statistics_run_digest_index" on "statistics_run" ("digest");

alter table "fusion_member" add "statistics" text null;

alter table "statistics_run" add constraint "statistics_run_adapter_id_foreign" foreign key ("adapter_id") references "adapter" ("id") on delete cascade;
alter table "statistics_run" add constraint "statistics_run_task_id_foreign" foreign key ("task_id") references "task" ("id") on delete restrict;
