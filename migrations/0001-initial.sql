create type "plugin_status" as enum ('LOADED', 'INCOMPATIBLE', 'FAILED');
create type "strategy_kind" as enum ('MODULE', 'SEARCH');
create type "run_state" as enum ('QUEUED', 'RUNNING', 'SCORING', 'SUCCEEDED', 'FAILED', 'CANCELLED');
create type "fusion_space" as enum ('FRAME', 'CORE', 'DELTA', 'FACTOR');
create type "metric" as enum ('ACCURACY');
create type "origin" as enum ('TRAINED', 'IMPORTED', 'FUSED');
create type "split" as enum ('TRAIN', 'VALIDATION', 'TEST');
create table "base_model" ("id" uuid not null, "created_at" timestamptz(3) not null, "name" text not null, "architecture" text not null, "config" jsonb not null, "digest" text not null, "files" jsonb not null, "parameter_count" double precision not null, "size_bytes" double precision not null, "image_size" int null, primary key ("id"));
alter table "base_model" add constraint "base_model_digest_unique" unique ("digest");

create table "plugin" ("id" uuid not null, "created_at" timestamptz(3) not null, "name" text not null, "version" text not null, "description" text null, "licence" text null, "sdk_range" text null, "status" "plugin_status" not null, "problem_code" text null, "problem_message" text null, "installed" boolean not null, primary key ("id"));
alter table "plugin" add constraint "plugin_name_version_unique" unique ("name", "version");

create table "fusion_strategy" ("id" uuid not null, "created_at" timestamptz(3) not null, "key" text not null, "version" text not null, "plugin_id" uuid not null, "title" text not null, "description" text not null, "kind" "strategy_kind" not null, "references" jsonb not null, "needs" jsonb not null, "spaces" jsonb not null, "options_schema" jsonb not null, "available" boolean not null, primary key ("id"));
alter table "fusion_strategy" add constraint "fusion_strategy_key_plugin_id_unique" unique ("key", "plugin_id");

create table "sweep" ("id" uuid not null, "created_at" timestamptz(3) not null, "state" "run_state" not null default 'QUEUED', "attempt" int not null default 0, "crashes" int not null default 0, "worker" int null, "queue_job" uuid null, "cancel_requested_at" timestamptz(3) null, "progress" jsonb null, "problem" jsonb null, "backend" jsonb null, "timings" jsonb not null, "peak_memory_bytes" double precision null, "started_at" timestamptz(3) null, "finished_at" timestamptz(3) null, "log" jsonb not null, "name" text null, "strategy_id" uuid not null, "axes" jsonb not null, "options" jsonb not null, "space" "fusion_space" not null, "size" int not null, "chosen_point" int null, primary key ("id"));
create index "sweep_state_index" on "sweep" ("state");

create table "tangent_frame" ("id" uuid not null, "created_at" timestamptz(3) not null, "name" text not null, "base_id" uuid not null, "rank" int not null, "scale" double precision not null, "target_modules" jsonb not null, "digest" text not null, "blob" text not null, primary key ("id"));
alter table "tangent_frame" add constraint "tangent_frame_digest_unique" unique ("digest");

create table "task" ("id" uuid not null, "created_at" timestamptz(3) not null, "name" text not null, "title" text not null, "description" text not null, "metric" "metric" not null, "classes" jsonb not null, "licence" text not null, "source" text not null, "counts" jsonb not null, "digest" text not null, "size_bytes" double precision not null, primary key ("id"));
alter table "task" add constraint "task_name_unique" unique ("name");

create table "adapter" ("id" uuid not null, "created_at" timestamptz(3) not null, "name" text not null, "base_id" uuid not null, "task_id" uuid null, "frame_id" uuid null, "method" text not null, "rank" int not null, "scale" double precision not null, "target_modules" jsonb not null, "parameter_count" double precision not null, "digest" text not null, "size_bytes" double precision not null, "origin" "origin" not null, "imported_from" jsonb null, primary key ("id"));
create index "adapter_name_index" on "adapter" ("name");
create index "adapter_method_index" on "adapter" ("method");
create index "adapter_digest_index" on "adapter" ("digest");

create table "fusion_run" ("id" uuid not null, "created_at" timestamptz(3) not null, "state" "run_state" not null default 'QUEUED', "attempt" int not null default 0, "crashes" int not null default 0, "worker" int null, "queue_job" uuid null, "cancel_requested_at" timestamptz(3) null, "progress" jsonb null, "problem" jsonb null, "backend" jsonb null, "timings" jsonb not null, "peak_memory_bytes" double precision null, "started_at" timestamptz(3) null, "finished_at" timestamptz(3) null, "log" jsonb not null, "name" text null, "strategy_id" uuid not null, "strategy_version" text not null, "options" jsonb not null, "space" "fusion_space" not null, "output_rank" int null, "seed" int not null, "fingerprint" text not null, "output_id" uuid null, "fidelity" jsonb null, "trace" jsonb null, "coefficients" jsonb null, "evaluate_on" jsonb not null, "evaluation_split" "split" not null default 'TEST', "sweep_id" uuid null, "point" int null, primary key ("id"));
create index "fusion_run_state_index" on "fusion_run" ("state");
create index "fusion_run_fingerprint_index" on "fusion_run" ("fingerprint");
alter table "fusion_run" add constraint "fusion_run_output_id_unique" unique ("output_id");
alter table "fusion_run" add constraint "fusion_run_sweep_id_point_unique" unique ("sweep_id", "point");

create table "fusion_member" ("id" uuid not null, "created_at" timestamptz(3) not null, "run_id" uuid not null, "adapter_id" uuid not null, "position" int not null, "weight" double precision not null, primary key ("id"));
create index "fusion_member_adapter_id_index" on "fusion_member" ("adapter_id");
alter table "fusion_member" add constraint "fusion_member_run_id_position_unique" unique ("run_id", "position");

create table "evaluation" ("id" uuid not null, "created_at" timestamptz(3) not null, "state" "run_state" not null default 'QUEUED', "attempt" int not null default 0, "crashes" int not null default 0, "worker" int null, "queue_job" uuid null, "cancel_requested_at" timestamptz(3) null, "progress" jsonb null, "problem" jsonb null, "backend" jsonb null, "timings" jsonb not null, "peak_memory_bytes" double precision null, "started_at" timestamptz(3) null, "finished_at" timestamptz(3) null, "log" jsonb not null, "base_id" uuid not null, "adapter_id" uuid null, "task_id" uuid not null, "split" "split" not null, "run_id" uuid null, "sweep_id" uuid null, "selected_on" "split" null, primary key ("id"));
create index "evaluation_state_index" on "evaluation" ("state");
create index "evaluation_adapter_id_index" on "evaluation" ("adapter_id");
create index "evaluation_run_id_index" on "evaluation" ("run_id");
create index "evaluation_sweep_id_index" on "evaluation" ("sweep_id");

create table "score" ("id" uuid not null, "created_at" timestamptz(3) not null, "evaluation_id" uuid not null, "base_id" uuid not null, "adapter_id" uuid null, "run_id" uuid null, "task_id" uuid not null, "split" "split" not null, "metric" "metric" not null, "value" double precision not null, "n" int not null, "interval" jsonb not null, "loss" double precision not null, "outcomes" text not null, "selected_on" "split" null, primary key ("id"));
alter table "score" add constraint "score_evaluation_id_unique" unique ("evaluation_id");
create index "score_adapter_id_index" on "score" ("adapter_id");
create index "score_run_id_index" on "score" ("run_id");
create index "score_task_id_split_adapter_id_index" on "score" ("task_id", "split", "adapter_id");

create table "task_head" ("id" uuid not null, "created_at" timestamptz(3) not null, "task_id" uuid not null, "base_id" uuid not null, "classes" int not null, "projection" int not null, "digest" text not null, primary key ("id"));
alter table "task_head" add constraint "task_head_task_id_base_id_unique" unique ("task_id", "base_id");

create table "training_run" ("id" uuid not null, "created_at" timestamptz(3) not null, "state" "run_state" not null default 'QUEUED', "attempt" int not null default 0, "crashes" int not null default 0, "worker" int null, "queue_job" uuid null, "cancel_requested_at" timestamptz(3) null, "progress" jsonb null, "problem" jsonb null, "backend" jsonb null, "timings" jsonb not null, "peak_memory_bytes" double precision null, "started_at" timestamptz(3) null, "finished_at" timestamptz(3) null, "log" jsonb not null, "name" text not null, "base_id" uuid not null, "task_id" uuid not null, "frame_id" uuid null, "method" text not null, "options" jsonb not null, "seed" int not null, "history" jsonb not null, "output_id" uuid null, primary key ("id"));
create index "training_run_state_index" on "training_run" ("state");
alter table "training_run" add constraint "training_run_output_id_unique" unique ("output_id");

alter table "fusion_strategy" add constraint "fusion_strategy_plugin_id_foreign" foreign key ("plugin_id") references "plugin" ("id") on delete restrict;

alter table "sweep" add constraint "sweep_strategy_id_foreign" foreign key ("strategy_id") references "fusion_strategy" ("id") on delete restrict;

alter table "tangent_frame" add constraint "tangent_frame_base_id_foreign" foreign key ("base_id") references "base_model" ("id") on delete restrict;

alter table "adapter" add constraint "adapter_base_id_foreign" foreign key ("base_id") references "base_model" ("id") on delete restrict;
alter table "adapter" add constraint "adapter_task_id_foreign" foreign key ("task_id") references "task" ("id") on delete restrict;
alter table "adapter" add constraint "adapter_frame_id_foreign" foreign key ("frame_id") references "tangent_frame" ("id") on delete restrict;

alter table "fusion_run" add constraint "fusion_run_strategy_id_foreign" foreign key ("strategy_id") references "fusion_strategy" ("id") on delete restrict;
alter table "fusion_run" add constraint "fusion_run_output_id_foreign" foreign key ("output_id") references "adapter" ("id") on delete set null;
alter table "fusion_run" add constraint "fusion_run_sweep_id_foreign" foreign key ("sweep_id") references "sweep" ("id") on delete cascade;

alter table "fusion_member" add constraint "fusion_member_run_id_foreign" foreign key ("run_id") references "fusion_run" ("id") on delete cascade;
alter table "fusion_member" add constraint "fusion_member_adapter_id_foreign" foreign key ("adapter_id") references "adapter" ("id") on delete restrict;

alter table "evaluation" add constraint "evaluation_base_id_foreign" foreign key ("base_id") references "base_model" ("id") on delete restrict;
alter table "evaluation" add constraint "evaluation_adapter_id_foreign" foreign key ("adapter_id") references "adapter" ("id") on delete cascade;
alter table "evaluation" add constraint "evaluation_task_id_foreign" foreign key ("task_id") references "task" ("id") on delete restrict;
alter table "evaluation" add constraint "evaluation_run_id_foreign" foreign key ("run_id") references "fusion_run" ("id") on delete cascade;
alter table "evaluation" add constraint "evaluation_sweep_id_foreign" foreign key ("sweep_id") references "sweep" ("id") on delete cascade;

alter table "score" add constraint "score_evaluation_id_foreign" foreign key ("evaluation_id") references "evaluation" ("id") on delete cascade;
alter table "score" add constraint "score_base_id_foreign" foreign key ("base_id") references "base_model" ("id") on delete restrict;
alter table "score" add constraint "score_adapter_id_foreign" foreign key ("adapter_id") references "adapter" ("id") on delete cascade;
alter table "score" add constraint "score_run_id_foreign" foreign key ("run_id") references "fusion_run" ("id") on delete cascade;
alter table "score" add constraint "score_task_id_foreign" foreign key ("task_id") references "task" ("id") on delete restrict;
alter table "score" add constraint "score_selected_elsewhere" check (selected_on is null or selected_on <> split);

alter table "task_head" add constraint "task_head_task_id_foreign" foreign key ("task_id") references "task" ("id") on delete cascade;
alter table "task_head" add constraint "task_head_base_id_foreign" foreign key ("base_id") references "base_model" ("id") on delete cascade;

alter table "training_run" add constraint "training_run_base_id_foreign" foreign key ("base_id") references "base_model" ("id") on delete restrict;
alter table "training_run" add constraint "training_run_task_id_foreign" foreign key ("task_id") references "task" ("id") on delete restrict;
alter table "training_run" add constraint "training_run_frame_id_foreign" foreign key ("frame_id") references "tangent_frame" ("id") on delete restrict;
alter table "training_run" add constraint "training_run_output_id_foreign" foreign key ("output_id") references "adapter" ("id") on delete set null;
