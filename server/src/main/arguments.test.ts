import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments.js';

describe('the command line', () => {
  it.each([
    [[], {}, { port: 4000, host: '127.0.0.1', demo: true, runDemo: true, databaseUrl: undefined }],
    [['--no-demo'], {}, { demo: false, runDemo: false }],
    [['--load-only'], {}, { demo: true, runDemo: false }],
    [['--port', '5001', '--home', '/data'], { PORT: '6000', CRUCIBLE_HOME: '/other' }, { port: 5001, home: '/data' }],
    [
      [],
      { PORT: '6000', CRUCIBLE_HOME: '/other', DATABASE_URL: 'postgresql://x' },
      { port: 6000, home: '/other', databaseUrl: 'postgresql://x' },
    ],
    [[], { DATABASE_URL: '' }, { databaseUrl: undefined }],
  ])('%j with %j is %j', (argv, env, expected) => {
    expect(readArguments(argv, env)).toMatchObject(expected);
  });

  it.each([[['--port', 'x']], [['--port', '70000']], [['--ports', '1']], [['demo']]])(
    'refuses %j and points to --help',
    (argv) => {
      expect(() => readArguments(argv, {})).toThrow(
        expect.objectContaining({
          code: 'MAIN_INVALID_ARGUMENTS',
          message: expect.stringContaining('--help') as string,
        }),
      );
    },
  );
});
