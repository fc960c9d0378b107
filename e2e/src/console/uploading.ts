import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findBarriers } from '../harness/open-browser.js';
import type { GetWorld } from './world.js';

/** An adapter that PEFT 0.21.0 saved, over a tiny Llama that is not here. */
const golden = fileURLToPath(new URL('../../../server/golden/peft/eq-a/', import.meta.url));
const FILES = ['adapter_config.json', 'adapter_model.safetensors'];

/** Drops files on an element as a browser does: what is dragged cannot be made outside of the page. */
const DROP = `(element, files) => {
  const transfer = new DataTransfer();
  for (const [name, text] of files) {
    transfer.items.add(new File([Uint8Array.from(atob(text), (one) => one.charCodeAt(0))], name));
  }
  element.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }));
}`;

export function describeUploading(world: GetWorld): void {
  describe('adding an adapter', () => {
    it('takes what is dropped, tells what it is, and takes it in', async () => {
      const page = await world().open('/upload');
      const files = FILES.map((name) => [name, readFileSync(golden + name).toString('base64')]);
      const zone = page.getByTestId('drop-zone');
      await zone.waitFor();
      await page.evaluate(
        `(${DROP})(document.querySelector('[data-testid=drop-zone]'), ${JSON.stringify([...files, ['README.md', btoa('hello')]])})`,
      );
      await page.getByText('Nothing stands in the way.').waitFor();
      await page.getByText('1 file was left out').waitFor();
      expect(await page.getByRole('region', { name: 'Modules' }).getByRole('row').count()).toBeGreaterThan(1);
      expect(await findBarriers(page)).toEqual([]);
      await page.getByLabel('Name', { exact: true }).fill('Dropped');
      await page.getByRole('button', { name: 'Take it in' }).click();
      await page.waitForURL(/\/jobs\/[0-9a-f-]{36}\/show$/);
      await page.getByRole('link', { name: 'Dropped' }).click();
      await page.waitForURL(/\/adapters\/[0-9a-f-]{36}\/show$/);
      await page.getByRole('heading', { level: 1, name: 'Dropped' }).waitFor();
      await page.getByRole('region', { name: 'Norms and ranks of the modules' }).waitFor();
      expect(page.faults).toEqual([]);
      await page.context().close();
    });

    it.each([
      ['weights that only code could read', 'adapter_model.bin', 'UPLOAD_FORMAT_UNKNOWN', /neither safetensors nor/],
      ['a broken file', 'adapter_model.safetensors', 'UPLOAD_', /.+/],
    ])('says what is wrong with %s, and what to do', async (_what, name, code, message) => {
      const page = await world().open('/upload', { viewport: { width: 390, height: 844 } });
      const buffer = Buffer.from('this is no adapter, whatever it is called');
      await page.getByTestId('chooseFiles').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
      const alert = page.getByRole('alert');
      await alert.getByText(code).waitFor();
      await alert.getByText(message).first().waitFor();
      await alert.getByText('What to do:').waitFor();
      // It can be tried again at once.
      expect(await page.getByRole('button', { name: 'Choose files' }).isEnabled()).toBe(true);
      expect(await findBarriers(page)).toEqual([]);
      await page.context().close();
    });
  });
}
