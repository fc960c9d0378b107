import type { AdapterInspection as Inspected } from '@crucible/engine/adapters';
import type { AdapterInspection, InspectionBlocker } from '../entities/adapter-inspection.js';

/** What the engine found, as it is kept and shown: paths of the server's own folders are taken out of the sentences. */
export function describeInspection(
  found: Inspected,
  more: readonly InspectionBlocker[] = [],
  start: string | null = null,
): AdapterInspection {
  const { facts } = found;
  const plain = (text: string): string => {
    const own = text.replaceAll(`${found.source}/`, '').replaceAll(found.source, 'the adapter');
    return start === null ? own : own.replaceAll(`${start}/`, '').replaceAll(start, 'the start');
  };
  return {
    dialect: found.dialect,
    files: found.files.map(({ name, byteLength }) => ({ name, byteLength })),
    baseName: found.base.name ?? null,
    baseRevision: found.base.revision ?? null,
    peftType: facts.peftType ?? null,
    peftVersion: facts.peftVersion ?? null,
    taskType: facts.taskType ?? null,
    initialization: facts.initialization ?? null,
    rsLora: facts.rsLora,
    dora: facts.dora,
    targets: [...found.targets],
    rank: found.rank,
    scale: found.scale,
    modules: found.modules.map((module) => ({
      name: module.name,
      kind: module.kind,
      layout: module.layout ?? 'LINEAR',
      rank: module.rank,
      alpha: module.alpha,
      scale: module.scale,
      inFeatures: module.inFeatures,
      outFeatures: module.outFeatures,
      dtype: module.dtype,
      norm: module.spectrum?.norm ?? null,
      numericalRank: module.spectrum?.numericalRank ?? null,
      effectiveRank: module.spectrum?.effectiveRank ?? null,
    })),
    frameDigest: found.frame.frameDigest ?? null,
    notices: found.notices.map(({ code, subject, message }) => ({
      code,
      subject: subject ?? null,
      message: plain(message),
    })),
    blockers: [...found.blockers, ...more].map(({ code, subject, reason, remedy }) => ({
      code,
      subject: plain(subject),
      reason: plain(reason),
      remedy,
    })),
    importable: found.importable && more.length === 0,
  };
}
