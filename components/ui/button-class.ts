import { cva, type VariantProps } from 'class-variance-authority'

/** Class names of a button: what it weighs (`kind`) and how big it is. */
export const buttonClass = cva('button', {
  variants: {
    kind: { primary: 'button-primary', plain: '', danger: 'button-danger', quiet: 'button-quiet' },
    size: { medium: '', small: 'button-small', icon: 'button-icon' },
  },
  defaultVariants: { kind: 'plain', size: 'medium' },
})

export type ButtonLook = VariantProps<typeof buttonClass>
