import { type ReactNode, useEffect } from 'react'
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'

interface SidePanelProps {
  readonly title: ReactNode
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly children: ReactNode
}

/** Something looked at closely, at the side of what it was chosen from. Whoever closes it is back where they were. */
export function SidePanel({ title, isOpen, onClose, children }: SidePanelProps) {
  return (
    <ModalOverlay
      isOpen={isOpen}
      isDismissable
      onOpenChange={open => !open && onClose()}
      className="panel-overlay"
    >
      <Modal className="panel">
        <Dialog className="panel-dialog">
          <header className="panel-head">
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            <Button slot="close" className="button small">
              Close
            </Button>
          </header>
          <div className="panel-body">{children}</div>
          <FocusLeft />
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

/** Where what the panel was opened from is gone, or was an address, its focus would be nowhere: it goes to the tab. */
function FocusLeft() {
  useEffect(
    () => () => {
      // The library gives the focus back in the next frame.
      requestAnimationFrame(() => requestAnimationFrame(focusWhereNone))
    },
    [],
  )
  return null
}

function focusWhereNone(): void {
  const { activeElement, body } = document
  if (activeElement !== null && activeElement !== body) return
  const place = document.querySelector<HTMLElement>('[role=tab][aria-selected=true]')
  ;(place ?? document.getElementById('main'))?.focus()
}
