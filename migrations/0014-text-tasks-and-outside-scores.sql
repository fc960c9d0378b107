create type "task_kind" as enum ('IMAGE', 'TEXT');
create type "answer_form" as enum ('CLASS', 'NUMBER', 'TEXT');
create type "score_origin" as enum ('MEASURED', 'EVALUATOR', 'IMPORTED');
alter type "metric" add value if not exists 'MACRO_F1' after 'ACCURACY';
alter type "metric" add value if not exists 'MATTHEWS' after 'MACRO_F1';
alter type "metric" add value if not exists 'PEARSON' after 'MATTHEWS';
alter type "metric" add value if not exists 'SPEARMAN' after 'PEARSON';
alter type "metric" add value if not exists 'EXACT_MATCH' after 'SPEARMAN';
alter type "metric" add value if not exists 'PERPLEXITY' after 'EXACT_MATCH';
alter table "task" add "kind" "task_kind" not null default 'IMAGE', add "answer" "answer_form" not null default 'CLASS', add "fields" jsonb not null default '[]', add "prompts" jsonb not null default '[]';

alter type "import_target" add value if not exists 'TASK' after 'BASE_MODEL';
alter table "import_run" add "recipe" jsonb null;

alter table "evaluation" add "origin" "score_origin" not null default 'MEASURED', add "evaluator" text null, add "evaluator_options" jsonb null, add "prompt" text null;

alter table "score" add "measurements" jsonb not null default '[]', add "origin" "score_origin" not null default 'MEASURED', add "source" text null;
alter table "score" alter column "loss" drop not null;
alter table "score" alter column "outcomes" drop not null;
update "score" set "measurements" = jsonb_build_array(jsonb_build_object('metric', "metric", 'value', "value", 'n', "n", 'interval', "interval"));
