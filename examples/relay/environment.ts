import { Environment, Network, RecordSource, Store } from 'relay-runtime'

/** A Relay environment on a dirgraph. Failed fields are null in the data; `errors` says why. */
export function createRelayEnvironment(url: string): Environment {
  const network = Network.create(async ({ text, name }, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: text, operationName: name, variables }),
    })
    return response.json()
  })
  return new Environment({ network, store: new Store(new RecordSource()) })
}
