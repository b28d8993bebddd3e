import type { ReactNode } from 'react'
import { Dialog, Modal, ModalOverlay } from 'react-aria-components'
import { TokenNotice } from '../session/token-notice.tsx'
import './dialog.css'

interface ModalDialogProps {
  readonly isDismissable?: boolean
  readonly isKeyboardDismissDisabled?: boolean
  /** What is asked or told; `close` closes it. */
  readonly children: (close: () => void) => ReactNode
}

/** A dialog over the screen; where the token ends meanwhile, a new one is asked for in it, since nothing else can be reached. */
export function ModalDialog({ children, ...overlay }: ModalDialogProps) {
  return (
    <ModalOverlay className="overlay" {...overlay}>
      <Modal className="modal">
        <Dialog className="form">
          {({ close }) => (
            <>
              <TokenNotice />
              {children(close)}
            </>
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
