import { commitLocalUpdate } from 'react-relay'
import { ConnectionHandler, type IEnvironment, type RecordProxy, type RecordSourceProxy } from 'relay-runtime'
import type { ReadList } from './read-list.ts'

/** Puts what was read in place of what a list held. */
export function replaceList(environment: IEnvironment, listId: string, read: ReadList): void {
  edit(environment, listId, (list, store) => {
    const edges = read.items.flatMap(({ id, cursor }) => {
      const edge = edgeOf(store, list, id)
      edge?.setValue(cursor, 'cursor')
      return edge ?? []
    })
    list.setLinkedRecords(edges, 'edges')
    if (read.totalCount !== undefined) list.setValue(read.totalCount, 'totalCount')
    const pageInfo = list.getLinkedRecord('pageInfo')
    for (const [name, value] of Object.entries(read.pageInfo)) pageInfo?.setValue(value, name)
  })
}

/** Puts something new at the beginning of a list, unless it is there. */
export function addToList(environment: IEnvironment, listId: string, id: string): void {
  edit(environment, listId, (list, store) => {
    const edges = list.getLinkedRecords('edges') ?? []
    if (edges.some(edge => edge?.getLinkedRecord('node')?.getDataID() === id)) return
    const edge = edgeOf(store, list, id)
    if (edge) list.setLinkedRecords([edge, ...edges], 'edges')
  })
}

/** Takes something out of a list, and off the count of a list that has one. */
export function takeFromList(environment: IEnvironment, listId: string, id: string): void {
  edit(environment, listId, list => {
    ConnectionHandler.deleteNode(list, id)
    const total = list.getValue('totalCount')
    if (typeof total === 'number') list.setValue(total - 1, 'totalCount')
  })
}

function edit(
  environment: IEnvironment,
  listId: string,
  change: (list: RecordProxy, store: RecordSourceProxy) => void,
): void {
  commitLocalUpdate(environment, store => {
    const list = store.get(listId)
    if (list) change(list, store)
  })
}

function edgeOf(store: RecordSourceProxy, list: RecordProxy, id: string): RecordProxy | null {
  const node = store.get(id)
  return node ? ConnectionHandler.createEdge(store, list, node, 'Edge') : null
}
