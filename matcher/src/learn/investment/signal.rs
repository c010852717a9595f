//! The inputs of the investors' model: one number a criterion, each known before the cut or sought by the listing.
//!
//! The time of the year and the day of the month are no inputs: they tell how records were kept (rounds known to the
//! month alone stand on its first day), and the ranking was as good without them on both windows judged.

use crate::learn::term::signals;

signals! {
    /// One input of the investors' model.
    Signal {
        NearKm "near_km" Place 0 "The nearest company that you hold is {x} km away." / "Unknown: how far the companies that you hold are.";
        MedianKm "median_km" Place 0 "Half of the companies that you hold are within {x} km." / "Unknown: how far the companies that you hold are.";
        CityShare "city_share" Place 2 "A share of {x} of your deals, recent ones counting more, was in this city." / "Unknown: the city.";
        AroundShare "around_share" Place 2 "A share of {x} of your deals was within 80 km." / "Unknown: where it is.";
        StateShare "state_share" Place 2 "A share of {x} of your deals was in this state." / "Unknown: the state.";
        CountryShare "country_share" Place 2 "A share of {x} of your deals was in this country." / "Unknown: the country.";
        CityLift "city_lift" Place 1 "You invest in this city 2^{x} times as often as the market." / "Unknown: the city.";
        StateLift "state_lift" Place 1 "You invest in this state 2^{x} times as often as the market." / "Unknown: the state.";
        CountryLift "country_lift" Place 1 "You invest in this country 2^{x} times as often as the market." / "Unknown: the country.";
        CityDays "city_days" Place 0 "Your last deal in this city was {x} days before the cut." / "You had no deal in this city.";
        FieldLike "field_like" Field 2 "Its tags are like those of your deals: {x} of 1." / "Unknown: its tags.";
        FieldNear "field_near" Field 2 "The company that you hold with the most like tags is like it by {x} of 1." / "Unknown: its tags.";
        FieldThree "field_three" Field 2 "The three most like companies that you hold are like it by {x} of 1." / "Unknown: its tags.";
        FieldLift "field_lift" Field 1 "You invest in its tags 2^{x} times as often as the market." / "Unknown: its tags.";
        FieldPeak "field_peak" Field 1 "You invest in one of its tags 2^{x} times as often as the market." / "Unknown: its tags.";
        FieldRecent "field_recent" Field 2 "The most like of your deals of the last 18 months is like it by {x} of 1." / "You had no deal in the last 18 months.";
        NearLike "near_like" Field 2 "One company that you hold is both near and like it: {x} of 1." / "Unknown: its tags or its place.";
        StageShare "stage_share" Stage 2 "A share of {x} of your deals was at this stage." / "Unknown: the stage.";
        StageLift "stage_lift" Stage 1 "You invest at this stage 2^{x} times as often as the market." / "Unknown: the stage.";
        StageStep "stage_step" Stage 1 "It is {x} steps later than your usual stage." / "Unknown: how far its stage is from your usual one.";
        TicketRatio "ticket_ratio" Ticket 1 "The round is 2^{x} times your usual one." / "Unknown: the round's amount or your usual one.";
        TicketStage "ticket_stage" Ticket 1 "The round is 2^{x} times your usual one at this stage." / "Unknown: the amount, or you have no two deals at this stage.";
        TicketNear "ticket_near" Ticket 2 "A share of {x} of your rounds was of about this amount." / "Unknown: the round's amount.";
        TicketSame "ticket_same" Ticket 2 "A share of {x} of your rounds was of just this amount." / "Unknown: the round's amount.";
        TicketSpread "ticket_spread" Ticket 1 "The round is {x} of your usual spreads away from your usual one." / "Unknown: the round's amount or your usual one.";
        TieCount "tie_count" Ties 0 "{x} of its investors invested with you before." / "It has no investor on record.";
        TieStrength "tie_strength" Ties 2 "Its investors share deals with you: {x}." / "It has no investor on record.";
        TieBest "tie_best" Ties 2 "One of its investors shares a part of {x} of your and its deals." / "It has no investor on record.";
        TieDeals "tie_deals" Ties 0 "You and one of its investors hold {x} companies together." / "It has no investor on record.";
        PeerCity "peer_city" Peers 2 "A share of {x} of the deals of those who invest with you was in this city." / "You have no co-investors on record, or the city is unknown.";
        PeerField "peer_field" Peers 2 "Its tags are like the deals of those who invest with you: {x} of 1." / "You have no co-investors on record.";
        PeerStage "peer_stage" Peers 2 "A share of {x} of the deals of those who invest with you was at this stage." / "You have no co-investors on record.";
        Investors "investors" Listing 0 "{x} investors hold it already." / "No investor is on record.";
        RoundDays "round_days" Listing 0 "Its last round was {x} days before this one." / "It had no round before.";
        Rounds "rounds" Listing 0 "It had {x} rounds before." / "It had no round before.";
        Raised "raised" Listing 1 "It raised 10^{x} US dollars before." / "No earlier amount is known.";
        Step "step" Listing 1 "This round is 2^{x} times its last one." / "Unknown: this amount or the last one.";
        Age "age" Listing 1 "It is {x} years old." / "Unknown: its age.";
        Amount "amount" Listing 1 "It seeks 10^{x} US dollars." / "Unknown: the amount.";
        Kind "kind" Listing 0 "Its round is of kind {x} on the list of stages." / "Unknown: the kind of round.";
        Tags "tags" Listing 0 "{x} tags and words tell what it does." / "Nothing tells what it does.";
        Placed "placed" Listing 0 "Its place is known to {x} of 3 levels." / "Its place is unknown.";
        CityMarket "city_market" Listing 3 "A share of {x} of all recent deals was in this city." / "Unknown: the city.";
        CountryMarket "country_market" Listing 3 "A share of {x} of all recent deals was in this country." / "Unknown: the country.";
        Deals "deals" Viewer 0 "You hold {x} companies." / "You hold no company.";
        IdleDays "idle_days" Viewer 0 "Your last deal was {x} days before the cut." / "You had no deal.";
        YearDeals "year_deals" Viewer 0 "You had {x} deals in the last year." / "You had no deal.";
        Focus "focus" Viewer 2 "A share of {x} of your deals was in your first city." / "Unknown: where you invest.";
        UsualStage "usual_stage" Viewer 1 "Your usual stage is {x} on the ladder." / "Unknown: your usual stage.";
    }
}
