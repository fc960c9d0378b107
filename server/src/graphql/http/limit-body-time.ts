import type { RequestHandler } from 'express';

/** Ends a connection whose request is not wholly there after so long: who sends a byte a minute holds nothing of ours. */
export function limitBodyTime(seconds: number): RequestHandler {
  return (request, _response, next) => {
    const timer = setTimeout(() => {
      if (!request.complete) request.destroy();
    }, seconds * 1000);
    timer.unref();
    request.once('close', () => clearTimeout(timer));
    next();
  };
}
