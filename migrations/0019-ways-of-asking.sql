create type "asked_by" as enum ('GENERATE', 'RANK', 'LIKELIHOOD');
alter table "fusion_run" add "prompt" text null, add "by" "asked_by" null;

alter table "evaluation" add "by" "asked_by" null;

alter table "score" add "prompt" text null, add "by" "asked_by" null;

-- Until now our own language models were asked with a task's first prompt, and ranked its classes; evaluators kept how they ask among their options.
update "evaluation" e
set
  "prompt" = t."prompts" -> 0 ->> 'name',
  "by" = (case when t."metric"::text = 'PERPLEXITY' then 'LIKELIHOOD' when t."answer"::text = 'CLASS' then 'RANK' else 'GENERATE' end)::"asked_by"
from "task" t, "base_model" b
where e."task_id" = t."id" and e."base_id" = b."id" and e."origin"::text = 'MEASURED' and t."kind"::text = 'TEXT'
  and b."architecture" in ('gpt2', 'llama', 'mistral', 'qwen2', 't5');

update "evaluation"
set "by" = (case "evaluator_options" ->> 'by' when 'CHOOSE' then 'RANK' else "evaluator_options" ->> 'by' end)::"asked_by"
where "origin"::text = 'EVALUATOR';

update "score" s set "prompt" = e."prompt", "by" = e."by" from "evaluation" e where s."evaluation_id" = e."id";

-- The default of T5 is another now: runs that were asked the old way say so, and are not reused for the new one.
update "fusion_run" r
set "by" = 'RANK'
where exists (
  select from "fusion_member" m, "adapter" a, "base_model" b
  where m."run_id" = r."id" and a."id" = m."adapter_id" and b."id" = a."base_id" and b."architecture" = 't5'
);
