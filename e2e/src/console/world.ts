import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { listSpecialists } from '../harness/demo-workspace.js';
import { finishRun, queueFusion } from '../harness/fusion.js';
import { openBrowser } from '../harness/open-browser.js';
import { RunningSystem } from '../harness/running-system.js';

/** A page with what it complained of. */
export type WatchedPage = Page & { readonly faults: string[] };

/** One running system and one browser for all tests of the console; each test has a page of its own. */
export class World {
  readonly system: RunningSystem;
  readonly browser: Browser;
  #scored: Promise<string> | undefined;

  private constructor(system: RunningSystem, browser: Browser) {
    this.system = system;
    this.browser = browser;
  }

  static async start(options: readonly string[] = ['--load-only']): Promise<World> {
    const [browser, system] = await Promise.all([openBrowser(), RunningSystem.start({ arguments: options })]);
    return new World(system, browser);
  }

  async dispose(): Promise<void> {
    await this.browser.close();
    await this.system.dispose();
  }

  async open(path: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
    const viewport = { width: 1280, height: 900 };
    const context = await this.browser.newContext({ locale: 'en-GB', viewport, ...options });
    // Ends what hangs; decides nothing on a machine that is busy.
    context.setDefaultTimeout(90_000);
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await page.goto(this.system.url + path);
    return Object.assign(page, { faults });
  }

  /** Queues the average of two adapters, scored on one task or on none. */
  async fuseTwo(name: string, isScored = false): Promise<string> {
    const [first, second] = await listSpecialists(this.system.client, 'L_LORA');
    return await queueFusion(this.system.client, {
      name,
      adapters: [{ id: first!.id }, { id: second!.id }],
      strategy: { simpleAverage: {} },
      evaluateOn: isScored ? [first!.task.id] : [],
    });
  }

  /** A run that has succeeded and has a score; the same one for every test. */
  scoredRun(): Promise<string> {
    this.#scored ??= this.fuseTwo('Scored', true).then(async (id) => {
      await finishRun(this.system.client, id);
      return id;
    });
    return this.#scored;
  }
}

/** Suites are functions of the world that they share; it stands when their tests run. */
export type GetWorld = () => World;
