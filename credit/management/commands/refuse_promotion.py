from credit.actions import promotions
from credit.management.promotion_answers import PromotionAnswer


class Command(PromotionAnswer):
    help = (
        "Refuse a request that a model version serve, at the word of a validator who neither"
        " trained it nor asked for it."
    )
    example = "refuse_promotion consumer-loan/2 --by vera --words 'Too few loans of 2026'"
    act = staticmethod(promotions.refuse)
    said = "The promotion of {version} is refused."
