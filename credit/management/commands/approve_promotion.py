from credit.actions import promotions
from credit.management.promotion_answers import PromotionAnswer


class Command(PromotionAnswer):
    help = (
        "Let a model version go its way into service, at the word of a validator who neither"
        " trained it nor asked for it."
    )
    example = "approve_promotion consumer-loan/2 --by vera --words 'The gain is clear'"
    act = staticmethod(promotions.approve)
    said = "The promotion of {version} is approved."
