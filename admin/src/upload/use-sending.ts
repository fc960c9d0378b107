import { useEffect, useRef, useState } from 'react';
import type { ChosenFile } from './dropped-files';
import { sendAdapter, type SentAdapter } from './send-adapter';

export type Sending =
  | { readonly phase: 'none' }
  | { readonly phase: 'sending'; readonly name: string; readonly done: number; readonly total: number }
  | { readonly phase: 'failed'; readonly error: Error };

interface Sender {
  readonly sending: Sending;
  readonly send: (files: readonly ChosenFile[]) => void;
  readonly stop: () => void;
}

/** Sends files while the page stands; leaving it stops. */
export function useSending(onSent: (sent: SentAdapter) => void): Sender {
  const [sending, setSending] = useState<Sending>({ phase: 'none' });
  const controller = useRef<AbortController>(undefined);
  useEffect(() => () => controller.current?.abort(), []);
  const run = async (files: readonly ChosenFile[]): Promise<void> => {
    const { signal } = (controller.current = new AbortController());
    setSending({ phase: 'sending', name: files[0]?.name ?? '', done: 0, total: 0 });
    try {
      const sent = await sendAdapter(files, {
        onProgress: (progress) => setSending({ phase: 'sending', ...progress }),
        signal,
      });
      setSending({ phase: 'none' });
      onSent(sent);
    } catch (error) {
      if (signal.aborted) setSending({ phase: 'none' });
      else setSending({ phase: 'failed', error: error instanceof Error ? error : new Error(String(error)) });
    }
  };
  return { sending, send: (files) => void run(files), stop: () => controller.current?.abort() };
}
