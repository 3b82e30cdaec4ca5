"""Makes all calls to Smartsheet about sheets. Limits the time that calls take, and the size of Smartsheet's answers. A
write that Smartsheet has perhaps made is never sent again.
"""
