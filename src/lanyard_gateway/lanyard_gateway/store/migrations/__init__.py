"""The steps that bring an older task store up to date; see ``bring_up_to_date``."""
