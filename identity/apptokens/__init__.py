"""Personal tokens with which programs call this app's API in a person's name. Smartsheet's tokens: identity/tokens/."""
