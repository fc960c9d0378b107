import { createServer } from 'node:net';
import { mainErrors } from './errors.js';

/** Looks before anything is started, so that the usual mistake is told at once. @throws MAIN_PORT_IN_USE */
export async function checkPort(host: string, port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? mainErrors.portInUse({ host, port }, error) : error),
    );
    server.listen(port, host, () => server.close(() => resolve()));
  });
}
