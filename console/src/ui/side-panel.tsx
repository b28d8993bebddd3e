import type { ReactNode } from 'react'
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { TokenNotice } from '../session/token-notice.tsx'
import { useFocusAfterDialog } from './keep-focus.ts'

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
          <PanelBody>{children}</PanelBody>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

function PanelBody({ children }: { readonly children: ReactNode }) {
  useFocusAfterDialog()
  return (
    <div className="panel-body">
      <TokenNotice />
      {children}
    </div>
  )
}
