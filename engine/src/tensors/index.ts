export { compareNames } from './compare-names.js';
export { DTYPE_BITS, isDtype, type Dtype } from './dtype.js';
export { tensorErrors } from './errors.js';
export { decodeBF16, decodeF16, encodeBF16, encodeF16, narrowF64 } from './float-codecs.js';
export { tensorLimits } from './limits.js';
export { openSafetensors, type OpenSafetensorsOptions, type TensorFile } from './open-safetensors.js';
export { openTensorFolder, type OpenTensorFolderOptions, type TensorFolder } from './open-tensor-folder.js';
export { parseHeader, type TensorHeader, type TensorInfo } from './parse-header.js';
export { parseStrictJson, type StrictJson } from './parse-strict-json.js';
export { type TensorSpec } from './plan-layout.js';
export {
  openSafetensorsWriter,
  type SafetensorsWriter,
  type WriterOptions,
  type WrittenFile,
} from './safetensors-writer.js';
export { type TensorSource } from './tensor-source.js';
export { viewBytes } from './view-bytes.js';
export { writeSafetensors, type TensorToWrite, type WriteSafetensorsInput } from './write-safetensors.js';
export { isJsonObject, readFields, type FieldReader } from './read-fields.js';
