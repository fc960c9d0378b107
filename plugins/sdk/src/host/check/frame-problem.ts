import type { FusionCheck } from './check-fusion.js';

/**
 * Why these adapters are not of one tangent frame, or undefined if their manifests say they are. With `unmoved` they must also have left A
 * where the frame has it: plain LoRA starts from a frame and moves away. Adapters whose own A has one digest are of one frame whoever trained them (PEFT's
 * folders name no frame). The bytes of A are compared when they are read.
 */
export function frameProblem(
  members: FusionCheck['members'],
  methods: FusionCheck['adapterMethods'],
  unmoved: boolean,
): string | undefined {
  const [first] = members;
  if (first === undefined) return undefined;
  const own = new Set(members.map(({ ownFrameDigest }) => ownFrameDigest));
  if (own.size === 1 && first.ownFrameDigest !== undefined) return undefined;
  const without = members.find(({ manifest }) => manifest.frameDigest === undefined);
  if (without) return `"${without.name}" has no tangent frame`;
  const other = members.find(({ manifest }) => manifest.frameDigest !== first.manifest.frameDigest);
  if (other) return `"${first.name}" and "${other.name}" have different tangent frames`;
  if (!unmoved || members.length === 1) return undefined;
  const moved = members.find(({ manifest }) => movesA(manifest.method, methods));
  return moved && `"${moved.name}" was trained by ${moved.manifest.method}, which moves A away from the frame`;
}

/** Plain LoRA is the one method that no plugin has to bring; of a method that nobody brought, the bytes will tell. */
function movesA(method: string, methods: FusionCheck['adapterMethods']): boolean {
  return method === 'LORA' || methods?.get(method)?.trainable === 'A_AND_B';
}
