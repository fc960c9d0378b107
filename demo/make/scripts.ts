import type { Pool } from './pools.ts';

/** A set of characters that is a task, or one that the base is pre-trained on. */
export interface Script {
  readonly name: string;
  readonly characters: readonly string[];
  /** Where a task's fonts come from. The base's scripts take every font that draws them and is in no validation or test split. */
  readonly pool?: Pool;
}

const range = (from: number, to: number, without: readonly number[] = []): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i)
    .filter((code) => !without.includes(code))
    .map((code) => String.fromCodePoint(code));

export const TASK_SCRIPTS: readonly Script[] = [
  { name: 'latin', pool: 'european', characters: range(0x41, 0x5a) },
  { name: 'cyrillic', pool: 'european', characters: range(0x430, 0x44f) },
  {
    name: 'hiragana',
    pool: 'japanese',
    characters: [...'あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん'],
  },
  { name: 'devanagari', pool: 'devanagari', characters: range(0x915, 0x939, [0x929, 0x931, 0x933, 0x934]) },
  { name: 'hangul', pool: 'korean', characters: [...'한글말사람물불산강꽃집길눈밤별봄손발입귀문책옷밥빵차배쌀콩닭'] },
];

/**
 * What the base is pre-trained on. No task holds one of these classes, nor one that looks like it:
 * katakana lacks ヘ and リ, which are hiragana's へ and り, and the ideographs lack 口 and 力, which are katakana's ロ and カ.
 */
export const BASE_SCRIPTS: readonly Script[] = [
  {
    name: 'katakana',
    characters: [...'アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフホマミムメモヤユヨラルレロワヲン'],
  },
  {
    name: 'ideographs',
    characters: [
      ...'日月火水木金土山川田人目耳手足大小中上下左右本文字学校先生年白黒赤青空雨雪花草林森石糸竹米虫貝犬牛馬鳥魚車門見聞食飲行来時間国王玉町村名前後東西南北春夏秋冬朝昼夜父母兄弟姉妹友家店道電話語英新古高安多少長短心思会社気体',
    ],
  },
  { name: 'hebrew', characters: range(0x5d0, 0x5ea) },
  { name: 'thai', characters: range(0xe01, 0xe2e, [0xe03, 0xe05, 0xe24, 0xe26]) },
  { name: 'georgian', characters: range(0x10d0, 0x10f0) },
  { name: 'armenian', characters: range(0x561, 0x586) },
  { name: 'arabic', characters: range(0x627, 0x64a, [0x629, 0x63b, 0x63c, 0x63d, 0x63e, 0x63f, 0x640]) },
  { name: 'bengali', characters: range(0x995, 0x9b9, [0x9a9, 0x9b1, 0x9b3, 0x9b4, 0x9b5]) },
  { name: 'tamil', characters: [...'கஙசஞடணதநபமயரலவழளறனஅஆஇஈஉஎ'] },
  { name: 'gujarati', characters: range(0xa95, 0xab9, [0xaa9, 0xab1, 0xab4]) },
  { name: 'kannada', characters: range(0xc95, 0xcb9, [0xca9, 0xcb1, 0xcb4]) },
  { name: 'khmer', characters: range(0x1780, 0x17a2, [0x179d, 0x179e]) },
];
