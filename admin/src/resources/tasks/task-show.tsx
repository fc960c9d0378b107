import { useRecordContext, useTranslate } from 'react-admin';
import { Facts } from '../../fields/facts';
import { LinkList } from '../../fields/link-list';
import { Section } from '../../fields/section';
import { useFormat } from '../../fields/use-format';
import type { TaskRecord } from '../../provider/row-types';
import { RecordShow } from '../../tables/record-show';
import { TaskSamples } from './task-samples';
import { TaskScores } from './task-scores';

function TaskTitle() {
  return <span>{useRecordContext<TaskRecord>()?.title}</span>;
}

function TaskPage() {
  const task = useRecordContext<TaskRecord>();
  const translate = useTranslate();
  const format = useFormat();
  if (!task) return null;
  const label = (name: string): string => translate(`resources.tasks.fields.${name}`);
  return (
    <>
      <Section title={translate('resources.tasks.facts')}>
        <p>{task.description}</p>
        <Facts
          facts={[
            { label: label('metric'), value: translate(`crucible.metric.${task.metric}`) },
            { label: label('train'), value: task.counts.train },
            { label: label('validation'), value: task.counts.validation },
            { label: label('test'), value: task.counts.test },
            { label: label('licence'), value: task.licence },
            { label: label('size'), value: format.bytes(task.sizeBytes) },
            { label: label('createdAt'), value: format.moment(task.createdAt) },
            { label: label('source'), value: task.source },
            { label: label('digest'), value: task.digest },
          ]}
        />
      </Section>
      <TaskScores task={task} />
      <TaskSamples id={task.id} />
      {task.prompts.length > 0 ? (
        <Section title={translate('resources.tasks.prompts')}>
          <Facts facts={task.prompts.map(({ name, input }) => ({ label: name, value: <code>{input}</code> }))} />
        </Section>
      ) : null}
      <Section title={translate('resources.tasks.adapters')}>
        <LinkList to="adapters" items={task.adapters} />
      </Section>
    </>
  );
}

export default function TaskShow() {
  return (
    <RecordShow title={<TaskTitle />}>
      <TaskPage />
    </RecordShow>
  );
}
