import { graphql } from '../graphql/documents';
import type { InspectionReportFragment, UploadBasesQuery } from '../graphql/generated/graphql';

export const createUpload = graphql(`
  mutation CreateAdapterUpload($input: AdapterUploadInput!) {
    createAdapterUpload(input: $input) {
      __typename
      ... on AdapterUpload {
        id
        token
        url
        filesUrl
      }
      ... on Problem {
        code
        message
      }
      ... on SourceRefused {
        remedy
      }
    }
  }
`);

export const completeUpload = graphql(`
  mutation CompleteAdapterUpload($input: UploadTokenInput!) {
    completeAdapterUpload(input: $input) {
      __typename
      ... on AdapterUpload {
        id
      }
      ... on Problem {
        code
        message
      }
      ... on SourceRefused {
        remedy
      }
    }
  }
`);

export const inspectAdapter = graphql(`
  query InspectAdapter($input: InspectAdapterInput!) {
    inspectAdapter(input: $input) {
      __typename
      ... on AdapterInspection {
        ...InspectionReport
      }
      ... on Problem {
        code
        message
      }
      ... on InvalidOptions {
        issues {
          message
        }
      }
      ... on SourceRefused {
        remedy
      }
    }
  }
  fragment InspectionReport on AdapterInspection {
    dialect
    baseName
    baseRevision
    peftType
    rank
    scale
    targets
    frameDigest
    importable
    files {
      name
      byteLength
    }
    modules {
      name
      rank
      scale
      inFeatures
      outFeatures
      dtype
      norm
      effectiveRank
    }
    notices {
      code
      subject
      message
    }
    blockers {
      code
      subject
      reason
      remedy
    }
  }
`);

export const importAdapter = graphql(`
  mutation ImportAdapter($input: ImportAdapterInput!) {
    importAdapter(input: $input) {
      __typename
      ... on ImportRun {
        id
      }
      ... on Problem {
        code
        message
      }
      ... on InvalidOptions {
        issues {
          message
        }
      }
      ... on SourceRefused {
        remedy
      }
    }
  }
`);

export const uploadBases = graphql(`
  query UploadBases {
    baseModels(first: 500, orderBy: { field: NAME, direction: ASC }) {
      nodes {
        id
        name
      }
    }
    tasks(first: 500) {
      nodes {
        id
        title
      }
    }
  }
`);

export type Inspection = InspectionReportFragment;
export type KnownHere = UploadBasesQuery;
