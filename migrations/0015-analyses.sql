create type "analysis_kind" as enum ('OPTION_CURVE', 'DISENTANGLEMENT', 'LOSS_LANDSCAPE', 'TANGENT_DISTANCE', 'COSINE');
create table "analysis" ("id" uuid not null, "created_at" timestamptz(3) not null, "state" "run_state" not null default 'QUEUED', "attempt" int not null default 0, "crashes" int not null default 0, "worker" int null, "queue_job" uuid null, "cancel_requested_at" timestamptz(3) null, "progress" jsonb null, "problem" jsonb null, "backend" jsonb null, "timings" jsonb not null, "peak_memory_bytes" double precision null, "started_at" timestamptz(3) null, "finished_at" timestamptz(3) null, "log" jsonb not null, "kind" "analysis_kind" not null, "name" text null, "base_id" uuid not null, "members" jsonb not null, "tasks" jsonb not null, "question" jsonb not null, "seed" int not null, "fingerprint" text not null, "digest" text null, "size_bytes" double precision null, "images_per_second" double precision null, primary key ("id"));
create index "analysis_state_index" on "analysis" ("state");
create index "analysis_fingerprint_index" on "analysis" ("fingerprint");
create index "analysis_kind_index" on "analysis" ("kind");

alter table "analysis" add constraint "analysis_base_id_foreign" foreign key ("base_id") references "base_model" ("id") on delete cascade;
