import type { GetListParams, GetListResult, GetOneResult, Identifier } from 'react-admin';

export type ListParams = GetListParams & { readonly signal?: AbortSignal };

/** How one resource is read and removed; one file each, gathered in `data-provider.ts`. */
export interface ResourceAccess {
  list(params: ListParams): Promise<GetListResult>;
  one(id: Identifier, signal?: AbortSignal): Promise<GetOneResult['data']>;
  remove?(id: Identifier): Promise<void>;
}
