import type { ReactNode } from 'react'
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
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
